// Jest runs tests in a context with its own `Error`, so what Node.js itself throws (a reset connection, an aborted
// signal) is no `instanceof Error` there, although it is one wherever the worker really runs. Imported for its effect.
Object.defineProperty(Error, Symbol.hasInstance, {
  value: function (this: unknown, candidate: unknown): boolean {
    const name = Object.prototype.toString.call(candidate);
    if (this === Error && (name === '[object Error]' || name === '[object DOMException]')) return true;
    return Function.prototype[Symbol.hasInstance].call(this, candidate);
  },
});
