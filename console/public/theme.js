// Sets the chosen theme before the first paint; without a choice the system's theme holds.
try {
  const theme = localStorage.getItem('coffer.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {}
