/** Which engine of the exact class a run is proposed with: whoever works on it has to compute by it. */
export const defaultExactEngine = 'simd-wasm';
export const exactEngineHelp = 'what everybody computes by: simd-wasm, or ort-wasm, the slower';
