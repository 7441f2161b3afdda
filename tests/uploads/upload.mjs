// Upload a file with the tus client of browsers: what to do from stdin, the upload's address to stdout.
import { createReadStream, readFileSync, statSync } from "node:fs";
import { Upload } from "tus-js-client";

const { endpoint, file, chunkSize, parallelUploads } = JSON.parse(readFileSync(0, "utf8"));
const upload = new Upload(createReadStream(file), {
  endpoint,
  chunkSize: chunkSize ?? Infinity,
  uploadSize: parallelUploads ? undefined : statSync(file).size,
  parallelUploads: parallelUploads ?? 1,
  retryDelays: Array(40).fill(250),
  metadata: { filename: "film ü.mp4", filetype: "video/mp4" },
  onError(error) {
    process.stderr.write(String(error));
    process.exitCode = 1;
  },
  onSuccess() {
    process.stdout.write(upload.url);
  },
});
upload.start();
