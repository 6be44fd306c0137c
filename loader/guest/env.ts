/** The bindings that the plugin is given: as an argument of its handlers, and as an export of `nbox`. */

export const env: object = Object.freeze({});
