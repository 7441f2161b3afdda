// Run a job with the official client, as its examples do: the task from stdin, its last status to stdout.
const QencodeApiClient = require("qencode-api");
const { readFileSync } = require("node:fs");
const { setTimeout: pause } = require("node:timers/promises");

async function run({ endpoint, key, params, payload }) {
  const client = await new QencodeApiClient({ endpoint, key });
  const task = await client.CreateTask();
  await task.StartCustom(params, payload);
  let status = await task.GetStatus();
  while (status.status !== "completed") {
    await pause(200);
    status = await task.GetStatus();
  }
  return { taskToken: task.taskToken, uploadUrl: task.uploadUrl, statusUrl: task.statusUrl, status };
}

run(JSON.parse(readFileSync(0, "utf8"))).then(
  (result) => process.stdout.write(JSON.stringify(result)),
  (error) => {
    process.stderr.write(String(error));
    process.exitCode = 1;
  },
);
