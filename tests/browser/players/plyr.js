import Plyr from "plyr";
import "plyr/dist/plyr.css";
import { knowsDuration, media, put, ready, track } from "./stage.js";

const video = put(`<video controls muted preload="metadata" src="${media}"></video>`);
new Plyr(video, { loadSprite: false, blankVideo: "", previewThumbnails: { enabled: true, src: track } });
await knowsDuration(video);
ready({
  bar: ".plyr__progress input[type=range]",
  picture: ".plyr__preview-thumb__image-container",
  time: ".plyr__preview-thumb__time-container",
});
