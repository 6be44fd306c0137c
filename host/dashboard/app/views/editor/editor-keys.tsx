/** The editor's keys, as they are. */

const keys: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['Ctrl', 'S'], 'Preview: build it, and send the request'],
  [['Ctrl', 'Enter'], 'Publish…'],
  [['Shift', 'Alt', 'F'], 'Format the file'],
  [['Ctrl', 'Space'], 'What can be written here'],
  [['F12'], 'Go to where a name is declared (or Ctrl and click)'],
  [['F8'], 'To the next problem'],
  [['Ctrl', 'Shift', 'M'], 'The problems of this file'],
  [['Ctrl', 'F'], 'Search, and replace'],
  [['Ctrl', '/'], 'Make the line a comment, or none'],
  [['Alt', '↑ ↓'], 'Move the line'],
  [['Ctrl', 'Z'], 'Undo'],
  [['Esc', 'Tab'], 'Leave the text with the keyboard: Esc, then Tab'],
];

export function EditorKeys() {
  return (
    <dl class="pairs editor-keys">
      {keys.map(([all, what]) => (
        <div key={what} class="editor-key">
          <dt>
            {all.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  );
}
