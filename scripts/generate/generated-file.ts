/** One file that the repository holds and a program can make again. */
export interface GeneratedFile {
  /** Relative to the root of the checkout, with `/`. */
  path: string;
  content: string;
}
