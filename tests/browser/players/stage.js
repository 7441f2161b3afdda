// What every page shares: its question (which media, which thumbnails) and its answer (where to look).

const asked = new URLSearchParams(location.search);

/** URL of the video or of its manifest. */
export const media = new URL(asked.get("media"), location.href).href;

/** URL of the WebVTT track, where the player takes one. */
export const track = asked.has("track") ? new URL(asked.get("track"), location.href).href : null;

export const stage = document.getElementById("stage");
stage.style.width = `${asked.get("width")}px`;

/** Put HTML on the stage and return its first element. */
export function put(html) {
  stage.innerHTML = html;
  return stage.firstElementChild;
}

/** Tell the driver by CSS selectors where the seek bar, the thumbnail and the time beside it are. */
export function ready(parts) {
  window.parts = parts;
}

/** Resolve as soon as a media element knows its duration. */
export function knowsDuration(video) {
  return new Promise((resolve) => {
    if (video.duration > 0) resolve();
    else video.addEventListener("durationchange", () => video.duration > 0 && resolve());
  });
}
