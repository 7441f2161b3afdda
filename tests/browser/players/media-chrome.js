import "media-chrome";
import { knowsDuration, media, put, ready, track } from "./stage.js";

put(`
  <media-controller style="width: 100%">
    <video slot="media" muted preload="metadata" src="${media}" style="width: 100%">
      <track kind="metadata" label="thumbnails" default src="${track}">
    </video>
    <media-control-bar><media-time-range></media-time-range></media-control-bar>
  </media-controller>`);
await knowsDuration(document.querySelector("video"));
ready({ bar: "media-time-range", picture: "media-preview-thumbnail", time: "media-preview-time-display slot" });
