// Bundles each player's page into one script and one style sheet: node build.mjs FOLDER

import { build } from "esbuild";

const players = ["videojs", "plyr", "vidstack", "media-chrome", "shaka", "dashjs", "hlsjs", "alone", "image"];

await build({
  entryPoints: players.map((name) => `players/${name}.js`),
  outdir: process.argv[2],
  bundle: true,
  format: "esm",
  target: "chrome120",
  loader: { ".html": "text", ".ttf": "dataurl", ".svg": "dataurl", ".png": "dataurl" },
  logLevel: "warning",
});
