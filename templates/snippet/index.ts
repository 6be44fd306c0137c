// The shorthand: a function of the request. What it returns becomes JSON, unless it is a Response.
export default (request: Request) => ({ hello: new URL(request.url).pathname });
