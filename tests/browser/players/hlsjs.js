import Hls from "hls.js";
import { media, put, ready } from "./stage.js";

// hls.js has no controls of its own: this is the least that a page does with its image player.
put(`
  <div>
    <video muted style="width: 100%; max-height: 400px"></video>
    <div id="bar" style="width: 100%; height: 20px; background: gray"></div>
    <span id="time" style="color: white"></span><br>
    <img id="picture">
  </div>`);
const video = document.querySelector("video");
const bar = document.getElementById("bar");
const hls = new Hls();
hls.attachMedia(video);
hls.loadSource(media);
await new Promise((resolve) => hls.once(Hls.Events.BUFFER_APPENDED, resolve));

// Asked for a picture that it has already, hls.js 1.7.4 loads the next one and shows that; asked while it is loading,
// it may forget. So the page keeps the pictures and asks for missing ones only, again after each that has come.
// Without a tolerance of 0 it takes the next picture already a quarter of a second before its time.
const images = hls.createImageIFramePlayer({ maxFragLookUpTolerance: 0 });
const pictures = new Map();
let seconds = null;
images.attachImage(new Image());
images.on(Hls.Events.FRAG_BUFFERED, (_, { frag }) => {
  pictures.set(frag.start, URL.createObjectURL(new Blob([frag.data], { type: "image/jpeg" })));
  show();
});

function show() {
  const frag = images.latestLevelDetails?.fragments.find((each) => each.start <= seconds && seconds < each.end);
  if (frag && pictures.has(frag.start)) document.getElementById("picture").src = pictures.get(frag.start);
  else images.loadMediaAt(seconds);
}

bar.addEventListener("mousemove", (event) => {
  const { left, width } = bar.getBoundingClientRect();
  seconds = ((event.clientX - left) / width) * video.duration;
  document.getElementById("time").textContent = new Date(1000 * seconds).toISOString().slice(11, 19);
  show();
});
ready({ bar: "#bar", picture: "#picture", time: "#time" });
