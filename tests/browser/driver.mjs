// Drives a real browser for the tests: a JSON request a line on stdin, a JSON answer a line on stdout.
//
//   {"do": "open", "url": …}           load a page and wait until its player is ready
//   {"do": "hover", "fraction": 0.5}   move the mouse to this part of the seek bar, as a person does
//   {"do": "look"}                     {"time": text beside the thumbnail, "box": its place, "png": what is seen there}
//   {"do": "page"}                     {"png": the whole page}
//   {"do": "log"}                      {"log": what the page printed}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const READY_MILLISECONDS = 20_000;
const profile = await mkdtemp(join(tmpdir(), "filmstrip-browser-"));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.argv[2],
  headless: true,
  viewport: { width: 1000, height: 900 },
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
  ],
});

let page = null;
let parts = null;
let log = [];
let pointer = null;

// The page stays for all that is opened: a process that draws another one takes half a second to begin.
async function newPage() {
  const made = await context.newPage();
  made.on("console", (message) => log.push(message.text()));
  made.on("pageerror", (error) => log.push(String(error)));
  made.on("response", (response) => response.status() >= 400 && log.push(`${response.status()} ${response.url()}`));
  return made;
}

async function open({ url }) {
  page ??= await newPage();
  log = [];
  await page.goto(url);
  const found = await page.waitForFunction(() => window.parts, null, { timeout: READY_MILLISECONDS });
  parts = await found.jsonValue();
  pointer = null;
  return {};
}

async function hover({ fraction }) {
  // Controls hide until the mouse moves over the player.
  if (!pointer) await page.mouse.move(400, 250, { steps: 3 });
  await page.locator(parts.bar).first().waitFor({ state: "visible" });
  pointer = { fraction, side: -1 };
  await point({ steps: 4 });
  return {};
}

// Where the bar is now: a player moves it as soon as it knows the shape of its video.
async function point(how) {
  const box = await page.locator(parts.bar).first().boundingBox();
  if (!box) return;
  const y = box.y + box.height / 2 + (pointer.side > 0 ? 1 : 0);
  await page.mouse.move(box.x + pointer.fraction * box.width, y, how);
}

async function look() {
  // A hand is never quite still, and players that throttle mouse moves forget the last one.
  pointer.side = -pointer.side;
  await point();
  const box = await page.locator(parts.picture).first().boundingBox();
  const time = await page.locator(parts.time).first().textContent();
  if (!box || box.width < 1 || box.height < 1) return { time, box: null, png: null };
  const clip = { x: Math.max(0, box.x), y: Math.max(0, box.y), width: box.width, height: box.height };
  const png = await page.screenshot({ clip });
  return { time, box, png: png.toString("base64") };
}

async function whole() {
  return { png: (await page.screenshot()).toString("base64") };
}

const actions = { open, hover, look, page: whole, log: async () => ({ log }) };

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try {
    answer = await actions[request.do](request);
  } catch (error) {
    answer = { error: `${error}`, log };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await context.close();
await rm(profile, { recursive: true, force: true });
