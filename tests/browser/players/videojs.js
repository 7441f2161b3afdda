import videojs from "video.js";
import "video.js/dist/video-js.css";
// The plugin's default build would bring a second copy of video.js into the page.
import "videojs-vtt-thumbnails/dist/videojs-vtt-thumbnails.es.js";
import "videojs-vtt-thumbnails/dist/videojs-vtt-thumbnails.css";
import { media, put, ready, track } from "./stage.js";

// The plugin hides the player's own time; it is shown all the same, as it is what the picture is compared with.
const shown = "<style>.vjs-mouse-display.vjs-hidden { display: block !important; }</style>";
const video = put(`<video class="video-js" width="960" height="540" controls muted></video>${shown}`);
const player = videojs(video, { sources: [{ src: media, type: "video/mp4" }] });
player.one("loadedmetadata", () => {
  player.vttThumbnails({ src: track });
  player.addClass("vjs-has-started");
  player.userActive(true);
  ready({
    bar: ".vjs-progress-holder",
    picture: ".vjs-vtt-thumbnail-display",
    time: ".vjs-mouse-display .vjs-time-tooltip",
  });
});
