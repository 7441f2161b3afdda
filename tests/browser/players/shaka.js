import shaka from "shaka-player/dist/shaka-player.ui.js";
import "shaka-player/dist/controls.css";
import { media, put, ready, track } from "./stage.js";

const container = put('<div style="width: 100%"><video muted style="width: 100%"></video></div>');
const video = container.querySelector("video");
const player = new shaka.Player();
await player.attach(video);
new shaka.ui.Overlay(player, container, video);
await player.load(media);
if (track) await player.addThumbnailsTrack(track);
ready({
  bar: ".shaka-seek-bar",
  picture: ".shaka-player-ui-thumbnail-image-container",
  time: ".shaka-player-ui-thumbnail-time",
});
