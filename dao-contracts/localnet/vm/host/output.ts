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

/** `prefix` stands in the log for nothing. */
function writeLog(call: Call, text: string, prefix = ''): void {
  const bytes = Buffer.byteLength(text);
  call.gas.burn(cost.logBase + cost.logByte * bytes);
  call.log(prefix + text, bytes + prefix.length);
}

export const outputFunctions: HostTable = {
  value_return: host('jj>', (call, length, pointer) => {
    call.gas.burn(cost.base);
    const value = call.guest.read(length!, pointer!).slice();
    if (value.length > limits.maxReturnedBytes) {
      throw new HostError({
        ReturnedValueLengthExceeded: { length: value.length, limit: limits.maxReturnedBytes },
      });
    }
    const perByte = call.context.outputReceivers.reduce((sum, receiver) => {
      const { local, remote, execution } = fees.dataReceiptByte;
      return sum + (receiver === call.context.currentAccountId ? local : remote) + execution;
    }, 0);
    call.gas.deduct(perByte * value.length, perByte * value.length);
    call.returned = { kind: 'value', value };
  }),
  panic: host('>', (call) => {
    call.gas.burn(cost.base);
    panic('explicit guest panic');
  }),
  panic_utf8: host('jj>', (call, length, pointer) => {
    call.gas.burn(cost.base);
    panic(call.guest.utf8(length!, pointer!, call.logged));
  }),
  log_utf8: host('jj>', (call, length, pointer) => {
    call.gas.burn(cost.base);
    checkLogCount(call);
    writeLog(call, call.guest.utf8(length!, pointer!, call.logged));
  }),
  log_utf16: host('jj>', (call, length, pointer) => {
    call.gas.burn(cost.base);
    checkLogCount(call);
    writeLog(call, call.guest.utf16(length!, pointer!, call.logged));
  }),
  // AssemblyScript's: lengths of the two strings stand four bytes before them.
  abort: host('iiii>', (call, message, file, line, column) => {
    call.gas.burn(cost.base);
    const at = [message!, file!].map((pointer) => Number(pointer) >>> 0);
    if (at.some((pointer) => pointer < 4)) throw new HostError('BadUTF16');
    checkLogCount(call);
    const lengths = at.map((pointer) => {
      const raw = call.guest.readMemory(4n, BigInt(pointer - 4));
      return new DataView(raw.buffer, raw.byteOffset, 4).getUint32(0, true);
    });
    const [text, name] = at.map((pointer, i) =>
      call.guest.utf16(BigInt(lengths[i]!), BigInt(pointer), call.logged),
    );
    const place = [line!, column!].map((number) => Number(number) >>> 0);
    const said = `${text}, filename: "${name}" line: ${place[0]} col: ${place[1]}`;
    writeLog(call, said, 'ABORT: ');
    panic(said);
  }),
  gas: host('i>', (call, instructions) => {
    call.gas.burn((Number(instructions) >>> 0) * 822_756);
  }),
};
