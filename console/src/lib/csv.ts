// Export of a list as CSV (RFC 4180). A cell that a spreadsheet would take for a formula is quoted
// with a leading apostrophe: names come from elsewhere.

/** Value of a cell. */
export type Field = string | number | null | undefined;

export function toCsv(head: readonly string[], rows: readonly (readonly Field[])[]): string {
  const cell = (value: Field): string => {
    let text = value === null || value === undefined ? '' : String(value);
    if (typeof value === 'string' && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n');
}

/** Offers a text as a file to save. */
export function saveText(name: string, text: string, type = 'text/csv'): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
