// Who sits before the page. Actions on cases carry this handle; it stays on this machine.

export const me = () => localStorage.getItem('me') ?? '';

export function setMe(handle) {
  localStorage.setItem('me', handle);
  dispatchEvent(new Event('me'));
}
