const FENCE = /^( *)```(\w*)[^\n]*\n([\s\S]*?)^ *```$/gm;

/** Texts of the fenced blocks of one language, without their fences. */
export function blocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(FENCE)]
    .filter(([, , name]) => name === language)
    .map(([, indent = '', , text = '']) => text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
}

/** The page without fenced blocks: what is in them is no Markdown. */
export function withoutBlocks(markdown: string): string {
  return markdown.replaceAll(FENCE, '');
}

/** Targets of links and images, as written. */
export function links(markdown: string): string[] {
  const text = withoutBlocks(markdown).replaceAll(/`[^`\n]*`/g, '');
  const inline = [...text.matchAll(/\]\(([^)\s]+)\)/g)];
  const references = [...text.matchAll(/^\[[^\]]+\]: (\S+)/gm)];
  return [...inline, ...references].map(([, target]) => `${target}`);
}

/** The anchors that GitHub makes of headings: lower case, spaces to hyphens, everything but words left out. */
export function headingAnchors(markdown: string): string[] {
  return [...withoutBlocks(markdown).matchAll(/^#+ +(.+)$/gm)].map(([, title]) =>
    `${title}`
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
