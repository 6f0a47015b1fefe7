/**
 * The engine `ort-native-webgpu`, really run where there is no graphics card: Chromium brings a Vulkan
 * driver that computes on the processor, and the whole conformance suite goes through it. That driver
 * has no float16, so the same machine shows how mixed precision is refused; one that has (Mesa 25)
 * runs the suite in it.
 */
import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Check } from '@commonweights/trainer/engines/conformance/check-engine.js';
import { findChromium } from '../governance-ui/browser.js';
import { Skipped } from './python.js';

const execute = promisify(execFile);
const atMostMs = 900_000;
const commonweights = fileURLToPath(new URL('../../cli/bin/commonweights.mjs', import.meta.url));

interface Tested {
  readonly checks: readonly Check[];
}

export async function runOnSoftwareVulkan(): Promise<string> {
  const env = { ...process.env, ...softwareVulkan() };
  const test = async (engine: string): Promise<Tested> => {
    const asked = ['engine', 'test', engine, '--repeats', '2', '--json'];
    const options = { env, timeout: atMostMs, maxBuffer: 1 << 24 };
    const { stdout } = await execute(process.execPath, [commonweights, ...asked], options);
    return (JSON.parse(stdout) as Tested[])[0]!;
  };
  const { checks } = await test('ort-native-webgpu');
  expect(checks.filter(({ passed }) => !passed)).to.deep.equal([]);
  expect(checks.length).to.be.above(40);
  const inHalves = await test('ort-native-webgpu-float16').then(
    (tested) => {
      expect(tested.checks.filter(({ passed }) => !passed)).to.deep.equal([]);
      return `${tested.checks.length} in float16`;
    },
    (error: Error & { stderr?: string }) => {
      expect(error.stderr).to.match(/ENGINE_ABSENT: webgpu does not multiply in float16 here/);
      return 'float16 refused, since the driver has none';
    },
  );
  return `${checks.length} checks on WebGPU over Vulkan on the processor; ${inHalves}`;
}

/** A driver that somebody named, or that of the installed Chromium. Error: `Skipped`. */
function softwareVulkan(): Record<string, string> {
  if (process.platform !== 'linux') throw new Skipped('only tried on Linux');
  if (process.env['VK_ICD_FILENAMES']) return {};
  const chromium = findChromium();
  const folders = chromium ? [dirname(realpathSync(chromium)), '/usr/lib/chromium'] : [];
  const driver = 'vk_swiftshader_icd.json';
  const folder = folders.find((one) =>
    [driver, 'libvulkan.so.1'].every((name) => existsSync(join(one, name))),
  );
  if (folder === undefined) throw new Skipped('no Chromium with a Vulkan driver beside it here');
  return { VK_ICD_FILENAMES: join(folder, driver), LD_LIBRARY_PATH: folder };
}
