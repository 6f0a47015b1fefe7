/** An Ethereum key from a file: hex, or a keystore (Web3 Secret Storage) with its password. */
import { readFile, stat } from 'node:fs/promises';
import { Wallet, type BaseWallet } from 'ethers';
import { CliError } from './errors.js';
import { exitCodes } from './exit-codes.js';

/** A keystore has some 500 bytes. */
const keyBytesMax = 16_384;

/** Errors: `BAD_ETHEREUM_KEY` (never quoting it). */
export async function readEthereumKey(file: string, password: string | null): Promise<BaseWallet> {
  const bad = (why: string) => new CliError(exitCodes.account, `BAD_ETHEREUM_KEY: ${file} ${why}`);
  if ((await stat(file)).size > keyBytesMax) throw bad('is too large for a key; check the path');
  const text = (await readFile(file, 'utf8')).trim();
  if (/^(0x)?[0-9a-f]{64}$/i.test(text)) {
    try {
      return new Wallet(text.startsWith('0x') ? text : `0x${text}`);
    } catch {
      throw bad('is no key of the curve; make another');
    }
  }
  if (password === null) throw bad('is no hex key; for a keystore name its --password file');
  try {
    return await Wallet.fromEncryptedJson(text, password);
  } catch {
    throw bad('does not open with this password; check both files');
  }
}
