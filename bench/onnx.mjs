// ONNX Runtime's side of bench/network.py: onnx.mjs ONNXRUNTIME_FOLDER MODEL FEATURES MASKS
//
// Steps the model through a file of features, a frame at a time, its states from one step into the
// next, and writes the masks. Then, for each line with a number on standard input, steps that many
// times more and answers with the seconds of one, of processor time.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const [folder, model, featureFile, maskFile] = process.argv.slice(2);
const ort = createRequire(resolve(folder) + '/')('onnxruntime-node');
const session = await ort.InferenceSession.create(model, {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  extra: { session: { set_denormal_as_zero: '1' } },
});
const product = (shape) => shape.reduce((a, b) => a * b, 1);
const feeds = Object.fromEntries(session.inputMetadata.map(
  ({ name, shape }) => [name, new ort.Tensor('float32', new Float32Array(product(shape)), shape)]));
const { shape } = session.inputMetadata.find(({ name }) => name === 'feature');
const bytes = readFileSync(featureFile);
const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
const size = product(shape);
const frames = Array.from({ length: values.length / size },
  (_, i) => new ort.Tensor('float32', values.slice(i * size, (i + 1) * size), shape));
const states = session.outputNames.filter((name) => name.startsWith('new'));

async function step(i) {
  feeds.feature = frames[i % frames.length];
  const result = await session.run(feeds);
  for (const name of states) {
    feeds[name.replace('new', 'state')] = result[name];
  }
  return result.masks;
}

const masks = [];
for (let i = 0; i < frames.length; ++i) {
  masks.push(Buffer.from((await step(i)).data.slice().buffer));
}
writeFileSync(maskFile, Buffer.concat(masks));
for await (const line of createInterface({ input: process.stdin })) {
  const begun = process.cpuUsage();
  for (let i = 0; i < Number(line); ++i) {
    await step(i);
  }
  const { user, system } = process.cpuUsage(begun);
  console.log(((user + system) * 1e-6 / Number(line)).toFixed(9));
}
