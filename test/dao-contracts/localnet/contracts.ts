/**
 * Tiny contracts in WebAssembly text, so that the node's tests depend on no other toolchain of
 * ours. Strings lie at fixed places of the data segment; `call` and friends read them by offset.
 */
import binaryen from 'binaryen';

/** `later`: with what came after the first WebAssembly, of which the binary form knows. */
export function assemble(text: string, later = false): Uint8Array {
  const module = binaryen.parseText(text);
  const { BulkMemory, ReferenceTypes, NontrappingFPToInt } = binaryen.Features;
  if (later) module.setFeatures(BulkMemory | ReferenceTypes | NontrappingFPToInt);
  try {
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

/** Imports of the host functions that these contracts use. */
export const imports = `
  (import "env" "input" (func $input (param i64)))
  (import "env" "register_len" (func $register_len (param i64) (result i64)))
  (import "env" "read_register" (func $read_register (param i64 i64)))
  (import "env" "value_return" (func $value_return (param i64 i64)))
  (import "env" "log_utf8" (func $log (param i64 i64)))
  (import "env" "panic_utf8" (func $panic (param i64 i64)))
  (import "env" "storage_write"
    (func $storage_write (param i64 i64 i64 i64 i64) (result i64)))
  (import "env" "storage_read" (func $storage_read (param i64 i64 i64) (result i64)))
  (import "env" "block_timestamp" (func $block_timestamp (result i64)))
  (import "env" "random_seed" (func $random_seed (param i64)))
  (import "env" "attached_deposit" (func $attached_deposit (param i64)))
  (import "env" "promise_create"
    (func $promise_create (param i64 i64 i64 i64 i64 i64 i64 i64) (result i64)))
  (import "env" "promise_then"
    (func $promise_then (param i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64)))
  (import "env" "promise_and" (func $promise_and (param i64 i64) (result i64)))
  (import "env" "promise_return" (func $promise_return (param i64)))
  (import "env" "promise_results_count" (func $results_count (result i64)))
  (import "env" "promise_result" (func $promise_result (param i64 i64) (result i64)))
  (import "env" "current_account_id" (func $current_account_id (param i64)))`;

/**
 * `echo` returns its input; `set` stores it under "k", `get` returns that; `time` returns the
 * block time as 8 bytes, `seed` the random seed; `fail` panics; `spin` never ends; `recurse`
 * never returns. `relay` calls `method` of the account in its input with its deposit and follows
 * it by its own `done`, which logs and returns the promise's status as "1" or "2".
 */
export function demoContract(method = 'fail'): Uint8Array {
  return assemble(`(module ${imports}
    (memory 1)
    (data (i32.const 0) "k")
    (data (i32.const 8) "it broke")
    (data (i32.const 16) "done")
    (data (i32.const 32) "${method}")
    (data (i32.const 64) "12")
    (func $take (call $input (i64.const 0)) (call $read_register (i64.const 0) (i64.const 1024)))
    (func $size (result i64) (call $register_len (i64.const 0)))
    (func (export "echo") (call $take) (call $value_return (call $size) (i64.const 1024)))
    (func (export "set")
      (call $take)
      (drop (call $storage_write
        (i64.const 1) (i64.const 0) (call $size) (i64.const 1024) (i64.const 1))))
    (func (export "get")
      (if (i64.ne (call $storage_read (i64.const 1) (i64.const 0) (i64.const 0)) (i64.const 0))
        (then (call $value_return (i64.const -1) (i64.const 0)))))
    (func (export "time")
      (i64.store (i32.const 512) (call $block_timestamp))
      (call $value_return (i64.const 8) (i64.const 512)))
    (func (export "seed")
      (call $random_seed (i64.const 0))
      (call $value_return (i64.const -1) (i64.const 0)))
    (func (export "fail") (call $panic (i64.const 8) (i64.const 8)))
    (func (export "spin") (loop $again (br $again)))
    (func $recurse (export "recurse") (call $recurse))
    (func (export "relay") (local $promise i64)
      (call $take)
      (call $attached_deposit (i64.const 96))
      (local.set $promise (call $promise_create
        (call $size) (i64.const 1024) (i64.const ${method.length}) (i64.const 32)
        (i64.const 0) (i64.const 0) (i64.const 96) (i64.const 10000000000000)))
      (call $current_account_id (i64.const 2))
      (call $promise_return (call $promise_then (local.get $promise)
        (i64.const -1) (i64.const 2) (i64.const 4) (i64.const 16)
        (i64.const 0) (i64.const 0) (i64.const 128) (i64.const 10000000000000))))
    (func (export "done") (local $status i64)
      (local.set $status (call $promise_result (i64.const 0) (i64.const 3)))
      (call $log (i64.const 1)
        (i64.add (i64.const 63) (local.get $status)))
      (call $value_return (i64.const 1) (i64.add (i64.const 63) (local.get $status)))))`);
}

/** `later` uses what came after the first WebAssembly: memory and tables moved in bulk, references. */
export function laterContract(): Uint8Array {
  return assemble(
    `(module ${imports}
    (memory 1)
    (table 4 8 funcref)
    (type $t (func))
    (elem (i32.const 1) func $f)
    (elem $passive func $f $f)
    (data $text "some text")
    (global $g (mut funcref) (ref.null func))
    (func $f (global.set $g (table.get 0 (i32.const 1))))
    (func (export "later") (local $r funcref)
      (memory.init $text (i32.const 8) (i32.const 0) (i32.const 9))
      (data.drop $text)
      (memory.copy (i32.const 64) (i32.const 8) (i32.const 9))
      (memory.fill (i32.const 32) (i32.const 7) (i32.const 16))
      (table.init 0 $passive (i32.const 2) (i32.const 0) (i32.const 2))
      (elem.drop $passive)
      (table.copy 0 0 (i32.const 0) (i32.const 1) (i32.const 2))
      (drop (table.grow 0 (ref.func $f) (i32.const 2)))
      (table.fill 0 (i32.const 0) (ref.null func) (i32.const 1))
      (local.set $r (select (result funcref)
        (ref.func $f) (ref.null func) (i32.trunc_sat_f64_s (f64.const 1.5))))
      (table.set 0 (i32.const 0) (local.get $r))
      (if (ref.is_null (local.get $r)) (then (unreachable)))
      (call_indirect (type $t) (i32.sub (table.size 0) (i32.const 1)))
      (call $value_return (i64.const 16) (i64.const 64))))`,
    true,
  );
}
