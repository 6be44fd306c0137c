/** Sends visitors to the shop of their country, which a header of the proxy in front tells. */
const countryMap: Record<string, string> = {
  US: 'https://us.example/',
  CN: 'https://cn.example/',
};

export default {
  async fetch(request): Promise<Response> {
    // An edge network says it in `request.cf`; here it comes as a header.
    const country = request.cf?.country ?? request.headers.get('cf-ipcountry');
    const url = country === null ? undefined : countryMap[country];
    if (url !== undefined) return Response.redirect(url);
    return new Response(`Welcome from ${country ?? 'nowhere'}`);
  },
} satisfies ExportedHandler;
