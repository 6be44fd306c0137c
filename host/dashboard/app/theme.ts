/** Before anything is drawn: the theme that was chosen here, so that the page never shows the other one first. */

try {
  const chosen = localStorage.getItem('nbox-theme');
  if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset['theme'] = chosen;
} catch {
  // Where storage is forbidden, the system's theme it is.
}
