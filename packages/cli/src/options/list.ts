/** Splits at commas; an item in double quotes keeps its commas, a quote in it is doubled. */
export function splitList(list: string): string[] {
  const items: string[] = [];
  let item = '';
  let quoted = false;
  // Spaces inside quotes belong to the item.
  let wasQuoted = false;
  const push = (): void => {
    items.push(wasQuoted ? item : item.trim());
    item = '';
    wasQuoted = false;
  };
  for (let at = 0; at < list.length; at++) {
    const character = list[at]!;
    if (quoted) {
      if (character !== '"') item += character;
      else if (list[at + 1] === '"') item += list[++at]!;
      else quoted = false;
    } else if (character === '"' && item.trim() === '' && !wasQuoted) {
      quoted = true;
      wasQuoted = true;
      item = '';
    } else if (character === ',') push();
    else if (!wasQuoted || character.trim() !== '') item += character;
  }
  push();
  return items;
}
