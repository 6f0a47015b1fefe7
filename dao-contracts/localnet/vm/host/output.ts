/** Host functions through which a contract speaks: its return value, logs and panics. */
import { fees, hostCosts as cost, limits } from '../../protocol/parameters.js';
import type { Call } from '../call.js';
import { HostError } from '../vm-error.js';
import { host, type HostTable } from './host-function.js';

function panic(message: string): never {
  throw new HostError({ GuestPanic: { panic_msg: message } });
}

function checkLogCount(call: Call): void {
  if (call.logs.length >= limits.maxLogs) {
    throw new HostError({ NumberOfLogsExceeded: { limit: limits.maxLogs } });
  }
}

function writeLog(call: Call, text: string): void {
  const bytes = Buffer.byteLength(text);
  call.gas.burn(cost.logBase + cost.logByte * bytes);
  call.log(text, bytes);
}

export const outputFunctions: HostTable = {
  value_return: host('jj>', (call, length, pointer) => {
    call.gas.burn(cost.base);
    const value = call.guest.read(length!, pointer!).slice();
    for (const receiver of call.context.outputReceivers) {
      const { local, remote, execution } = fees.dataReceiptByte;
      const send = receiver === call.context.currentAccountId ? local : remote;
      call.gas.burn((send + execution) * value.length);
    }
    if (value.length > limits.maxReturnedBytes) {
      throw new HostError({
        ReturnedValueLengthExceeded: { length: value.length, limit: limits.maxReturnedBytes },
      });
    }
    call.returned = { kind: 'value', value };
  }),
  panic: host('>', (call) => {
    call.gas.burn(cost.base);
    panic('explicit guest panic');
  }),
  panic_utf8: host('jj>', (call, length, pointer) => {
    call.gas.burn(cost.base);
    panic(call.guest.utf8(length!, pointer!, call.logBytesLeft));
  }),
  log_utf8: host('jj>', (call, length, pointer) => {
    call.gas.burn(cost.base);
    checkLogCount(call);
    writeLog(call, call.guest.utf8(length!, pointer!, call.logBytesLeft));
  }),
  log_utf16: host('jj>', (call, length, pointer) => {
    call.gas.burn(cost.base);
    checkLogCount(call);
    writeLog(call, call.guest.utf16(length!, pointer!, call.logBytesLeft));
  }),
  // AssemblyScript's: lengths of the two strings stand four bytes before them.
  abort: host('iiii>', (call, message, file, line, column) => {
    call.gas.burn(cost.base);
    checkLogCount(call);
    const text = (pointer: bigint): string => {
      const at = Number(pointer) >>> 0;
      if (at < 4) throw new HostError('BadUTF16');
      const raw = call.guest.readMemory(4n, BigInt(at - 4));
      const bytes = new DataView(raw.buffer, raw.byteOffset, 4).getUint32(0, true);
      return call.guest.utf16(BigInt(bytes), BigInt(at), call.logBytesLeft);
    };
    const said = `${text(message!)}, filename: "${text(file!)}" line: ${line} col: ${column}`;
    writeLog(call, `ABORT: ${said}`);
    panic(said);
  }),
  gas: host('i>', (call, instructions) => {
    call.gas.burn((Number(instructions) >>> 0) * 822_756);
  }),
};
