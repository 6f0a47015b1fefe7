// Finds TensorFlow.js in the folder that TFJS_NODE_FOLDER names, wherever it is imported from.
import { register } from 'node:module';

const parent = new URL(`${process.env.TFJS_NODE_FOLDER}/package.json`).href;
const hook = `
  export function resolve(specifier, context, next) {
    const isTfjs = specifier.startsWith('@tensorflow/');
    return next(specifier, isTfjs ? { ...context, parentURL: ${JSON.stringify(parent)} } : context);
  }
`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
