/**
 * Whether `text` matches `pattern`, in which `*` stands for any run of characters and `?` for exactly one,
 * without regard to case. Both are compared after NFKC, so that a look-alike of full width or another
 * composition is the same text. Linear in the product of the lengths, whatever the pattern.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  // By code points: `?` is one character also where UTF-16 needs two units for it.
  const wanted = [...fold(pattern)];
  const given = [...fold(text)];
  let at = 0;
  let pos = 0;
  let star = -1;
  let resume = 0;
  while (pos < given.length) {
    if (at < wanted.length && (wanted[at] === '?' || (wanted[at] !== '*' && wanted[at] === given[pos]))) {
      at++;
      pos++;
    } else if (wanted[at] === '*') {
      star = at++;
      resume = pos;
    } else if (star >= 0) {
      at = star + 1;
      pos = ++resume;
    } else {
      return false;
    }
  }
  while (wanted[at] === '*') at++;
  return at === wanted.length;
}

/** The form in which names of records are compared: PAM's own rules are unknown, so the comparison is the widest. */
export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
