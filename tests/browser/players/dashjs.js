import * as dashjs from "dashjs";
import controls from "../node_modules/dashjs/contrib/akamai/controlbar/snippet.html";
import "../node_modules/dashjs/contrib/akamai/controlbar/controlbar.css";
import { media, put, ready } from "./stage.js";

const container = put(
  `<div style="width: 100%; position: relative"><video muted style="width: 100%"></video>${controls}</div>`,
);
const player = dashjs.MediaPlayer().create();
player.initialize(container.querySelector("video"), media, false);
// The control bar that dash.js comes with is a plain script, loaded by the page: a global name.
const bar = new window.ControlBar(player);
bar.initialize();
player.on(dashjs.MediaPlayer.events.STREAM_INITIALIZED, () =>
  ready({ bar: "#seekbar", picture: "#thumbnail-elem", time: "#thumbnail-time-label" }),
);
