/**
 * Our files in the hands of other people's tools, and theirs in ours: `npm run interop`. A job that
 * needs what this machine cannot install says "skipped" and why; INTEROP_MUST_RUN makes it fail, as on
 * a machine that is known to have everything.
 */
import { validateCroissant } from './croissant.js';
import { convertByLlamaCpp } from './llama-cpp.js';
import { driveByNearKit } from './near-kit.js';
import { driveByNearWorkspaces } from './near-workspaces.js';
import { compareNodeVersions } from './node-versions.js';
import { runJobs, type Job } from './run-jobs.js';
import { exchangeSignedModels } from './signed-models.js';
import { runOnSoftwareVulkan } from './software-vulkan.js';
import { runTfjsInBrowser } from './tfjs-in-browser.js';
import { runTfjsNode } from './tfjs-node.js';
import { compareWithTransformers } from './transformers.js';
import { runWebGpuInBrowser } from './webgpu-in-browser.js';

const jobs: readonly Job[] = [
  { name: 'the embedded node (near-workspaces)', run: driveByNearWorkspaces },
  { name: 'the embedded node (near-kit)', run: driveByNearKit },
  { name: 'datasets (Croissant)', run: validateCroissant },
  { name: 'signed models (OpenSSF Model Signing)', run: exchangeSignedModels },
  { name: 'the exact engines (Node 20, 22 and 24)', run: compareNodeVersions },
  { name: 'the engine tfjs-node (TensorFlow)', run: runTfjsNode },
  { name: 'TensorFlow.js on WebGL and WebGPU (Chromium)', run: runTfjsInBrowser },
  { name: 'the engine ort-native-webgpu (software Vulkan)', run: runOnSoftwareVulkan },
  { name: 'the engine of ONNX Runtime Web on WebGPU (Chromium)', run: runWebGpuInBrowser },
  { name: 'checkpoints and tokenizers (transformers)', run: compareWithTransformers },
  { name: 'checkpoints and tokenizers (llama.cpp)', run: convertByLlamaCpp },
];

const mustRun = Boolean(process.env['INTEROP_MUST_RUN']);
if (!(await runJobs(jobs, { mustRun, print: console.log }))) process.exitCode = 1;
