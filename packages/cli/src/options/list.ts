/** Splits at commas; an item in double quotes keeps its commas, a quote in it is doubled. */
export function splitList(list: string): string[] {
  const items: string[] = [];
  let item = '';
  let quoted = false;
  for (let at = 0; at < list.length; at++) {
    const character = list[at]!;
    if (quoted) {
      if (character !== '"') item += character;
      else if (list[at + 1] === '"') item += list[++at]!;
      else quoted = false;
    } else if (character === '"' && item.trim() === '') {
      quoted = true;
      item = '';
    } else if (character === ',') {
      items.push(item.trim());
      item = '';
    } else item += character;
  }
  items.push(item.trim());
  return items;
}
