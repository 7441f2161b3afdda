// No player at all: the browser itself plays a file, jumps into its middle and on to its end, and says what it met.

import { media, put, ready, stage } from "./stage.js";

const video = put(`<video controls muted preload="auto" src="${media}"></video>`);
const once = (name) => new Promise((resolve) => video.addEventListener(name, resolve, { once: true }));
const failed = once("error").then(() => Promise.reject(new Error(video.error.message || `error ${video.error.code}`)));

async function play() {
  await once("loadeddata");
  const { duration, videoWidth, videoHeight } = video;
  video.currentTime = duration / 2;
  await once("seeked");
  const middle = video.currentTime;
  const ended = once("ended");
  await video.play();
  await ended;
  return { duration, middle, end: video.currentTime, size: [videoWidth, videoHeight], sound: video.webkitAudioDecodedByteCount };
}

const met = await Promise.race([play(), failed]).catch((error) => ({ error: String(error) }));
stage.dataset.met = JSON.stringify(met);
console.log(stage.dataset.met);
ready({ bar: "video", picture: "video", time: "video" });
