/**
 * Whether `text` matches `pattern`, in which `*` stands for any run of characters and `?` for exactly one,
 * without regard to case. Both are compared after NFKC, so that a look-alike of full width or another
 * composition is the same text. Linear in the product of the lengths, whatever the pattern.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  // By code points: `?` is one character also where UTF-16 needs two units for it.
  const wanted = wildcardsOf(pattern);
  const given = [...fold(text)];
  let at = 0;
  let pos = 0;
  let star = -1;
  let resume = 0;
  while (pos < given.length) {
    if (at < wanted.length && (wanted[at] === ANY_ONE || wanted[at] === given[pos])) {
      at++;
      pos++;
    } else if (wanted[at] === ANY_RUN) {
      star = at++;
      resume = pos;
    } else if (star >= 0) {
      at = star + 1;
      pos = ++resume;
    } else {
      return false;
    }
  }
  while (wanted[at] === ANY_RUN) at++;
  return at === wanted.length;
}

const ANY_RUN = Symbol('*');
const ANY_ONE = Symbol('?');

/** Told apart before folding: a look-alike of full width is a letter of a name, not a wildcard. */
function wildcardsOf(pattern: string): (string | symbol)[] {
  return pattern.split(/([*?])/).flatMap((part): (string | symbol)[] => {
    if (part === '*') return [ANY_RUN];
    return part === '?' ? [ANY_ONE] : [...fold(part)];
  });
}

/** Nearly all names. No normal form changes them, and a list of 10,000 records has 30,000. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant
const ASCII = /^[\x00-\x7f]*$/;

/** The form in which names of records are compared: PAM's own rules are unknown, so the comparison is the widest. */
export function fold(text: string): string {
  return ASCII.test(text) ? text.toLowerCase() : text.normalize('NFKC').toLowerCase();
}

/**
 * The still wider form for claims: without accents too, and by way of capitals (both small sigmas, dotted and dotless
 * i, ß and ss are one), since a database may compare so. Two resources that only differ in this could be one record;
 * grants do not use it, or a grant for one name would allow another.
 */
export function foldAccents(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  // To capitals before the marks go: a small letter with an iota below it becomes two letters.
  const capitals = fold(text).toUpperCase().normalize('NFKD').replace(/\p{M}/gu, '');
  return fold(capitals.toUpperCase());
}
