/** Whether a body is a page of HTML, which does not come from the service but from something before it. */
export function isMarkup(text: string): boolean {
  return /^\s*<(!doctype|html)/i.test(text);
}
