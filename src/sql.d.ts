/** `.sql` and `.sh` files are imported as text: esbuild's text loader in the build, a small plugin in vitest. */
declare module '*.sql' {
  const text: string;
  export default text;
}
declare module '*.sh' {
  const text: string;
  export default text;
}
