/** Takes functions out of the engine that a contract cannot call (leave-out.ts says which). */
import binaryen from 'binaryen';
import { runtimeFeatures, setSlots } from './lower-engine.js';
import { optimising } from './lowering.js';

/** The runtime without these functions and what only they need. */
export function removeFunctions(runtime: Uint8Array, slots: readonly number[]): Uint8Array {
  const module = binaryen.readBinary(runtime);
  try {
    module.setFeatures(runtimeFeatures);
    const refuse = binaryen.getExportInfo(module.getExport('cw_left_out')).value;
    const standIns = new Map<string, string>();
    setSlots(module, slots, (name) => {
      const { params, results } = binaryen.getFunctionInfo(module.getFunction(name));
      const type = `${params} ${results}`;
      let standIn = standIns.get(type);
      if (standIn === undefined) {
        standIn = `cw_left_out_${standIns.size}`;
        standIns.set(type, standIn);
        const body =
          results === binaryen.i64 ? module.call(refuse, [], binaryen.i64) : module.unreachable();
        module.addFunction(standIn, params, results, [], body);
      }
      return standIn;
    });
    module.removeExport('cw_left_out');
    binaryen.setOptimizeLevel(optimising.optimizeLevel);
    binaryen.setShrinkLevel(optimising.shrinkLevel);
    const unused = 'remove-unused-module-elements';
    module.runPasses([unused, 'duplicate-function-elimination', 'dae-optimizing', unused]);
    // What is called most gets numbers of one byte.
    module.runPasses(['reorder-functions']);
    if (!module.validate()) throw new Error('ENGINE_INVALID: leaving functions out broke it');
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}
