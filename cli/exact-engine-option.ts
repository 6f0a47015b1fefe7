/** Which engine of the exact class a run is proposed with: whoever works on it has to compute by it. */
export const defaultExactEngine = 'ort-wasm';
export const exactEngineHelp = 'what everybody computes by: ort-wasm, or simd-wasm, the faster';
