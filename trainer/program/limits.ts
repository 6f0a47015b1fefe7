/** Bounds on what a program may be. A spec is untrusted input: each bound stops a memory bomb. */

/** WASM's 4 GiB hold weights, two moments, their successors and gradients: about 150 M parameters. */
export const parametersMax = 200_000_000;
export const layersMax = 256;
export const hiddenSizeMax = 16_384;
export const intermediateSizeMax = 65_536;
export const vocabSizeMax = 262_144;
export const contextLengthMax = 16_384;
export const batchSizeMax = 4_096;
/** Elements of one activation; attention scores and logits reach it first. */
export const elementsMax = 0x1000_0000;
/** Axes of a tensor; attention has four. */
export const dimensionsMax = 8;
/** Each layer makes about 150 nodes of a training step, each weight tensor about 20. */
export const programNodesMax = 262_144;
/** Tables of rotary positions are the largest constants: two of context × width ÷ 2 floats. */
export const programBytesMax = 128 * 1024 * 1024;
