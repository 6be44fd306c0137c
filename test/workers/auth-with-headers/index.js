/** Lets in who sends a key that was agreed on. */
const PRESHARED_AUTH_HEADER_KEY = 'X-Custom-PSK';
const PRESHARED_AUTH_HEADER_VALUE = 'mypresharedkey';

export default {
  async fetch(request) {
    const psk = request.headers.get(PRESHARED_AUTH_HEADER_KEY);
    if (psk === PRESHARED_AUTH_HEADER_VALUE) return new Response('let in');
    return new Response('Sorry, you have supplied an invalid key.', { status: 403 });
  },
};
