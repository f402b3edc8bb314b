// Starts Swagger UI. Requests that rely on the cookie carry the CSRF token, so "Try it out" works when signed in.
const place = document.getElementById("swagger");

function cookie(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found && decodeURIComponent(found.slice(name.length + 1));
}

SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
  requestInterceptor(request) {
    const token = cookie("csrf_access_token");
    if (token && !request.headers.Authorization) request.headers["X-CSRF-TOKEN"] = token;
    return request;
  },
});
