import "vidstack/player";
import "vidstack/player/layouts/default";
import "vidstack/player/ui";
import "vidstack/player/styles/default/theme.css";
import "vidstack/player/styles/default/layouts/video.css";
import { media, put, ready, track } from "./stage.js";

const player = put(`
  <media-player src="${media}" load="eager" muted controls-delay="100000">
    <media-provider></media-provider>
    <media-video-layout small-when="never" thumbnails="${track}"></media-video-layout>
  </media-player>`);
player.addEventListener("can-play", () =>
  ready({ bar: "media-time-slider", picture: "media-slider-thumbnail", time: "media-slider-value" }),
);
