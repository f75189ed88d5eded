// Imports a package from the installation beside this file: a module resolves names from where it lies, and the compiled
// bench lies elsewhere.
export const load = (name) => import(name);
