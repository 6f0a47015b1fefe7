/**
 * near-sdk-js 2.0.0 with the types of this repository's compiler settings: its own index re-exports
 * without file extensions, which `moduleResolution: nodenext` does not follow.
 */
declare module 'near-sdk-js' {
  export * from 'near-sdk-js/lib/collections/lookup-map.js';
  export * from 'near-sdk-js/lib/collections/lookup-set.js';
  export * from 'near-sdk-js/lib/collections/unordered-map.js';
  export * from 'near-sdk-js/lib/collections/unordered-set.js';
  export * from 'near-sdk-js/lib/collections/vector.js';
  export * from 'near-sdk-js/lib/near-bindgen.js';
  export * from 'near-sdk-js/lib/promise.js';
  export * from 'near-sdk-js/lib/types/account_id.js';
  export * from 'near-sdk-js/lib/types/gas.js';
  export * from 'near-sdk-js/lib/types/primitives.js';
  export * from 'near-sdk-js/lib/types/public_key.js';
  export * from 'near-sdk-js/lib/types/vm_types.js';
  export * from 'near-sdk-js/lib/utils.js';
  export * as near from 'near-sdk-js/lib/api.js';
}
