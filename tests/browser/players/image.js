// An image as a page shows it: whatever moves in it, moves by itself.

import { media, put, ready } from "./stage.js";

const image = put(`<img src="${media}">`);
await image.decode();
console.log(JSON.stringify({ size: [image.naturalWidth, image.naturalHeight] }));
ready({ bar: "img", picture: "img", time: "title" });
