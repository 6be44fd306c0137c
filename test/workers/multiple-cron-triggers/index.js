/** Does something else for each of its schedules. */
async function updateAPI() {
  throw new Error('the API is down');
}

export default {
  async scheduled(event, _env, ctx) {
    switch (event.cron) {
      case '*/3 * * * *':
        event.noRetry();
        await updateAPI();
        break;
      case '*/10 * * * *':
        ctx.waitUntil(Promise.resolve('cleaned'));
        break;
      default:
        throw new RangeError(`unknown schedule ${event.cron}`);
    }
  },
};
