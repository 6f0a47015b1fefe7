/** A file beside the page, as the bundler names it. */
declare module '*.wasm?url' {
  const url: string;
  export default url;
}
