# One image for web, worker and the migrations; the command decides.
FROM node:24-slim AS assets
WORKDIR /pulse
COPY package.json package-lock.json .npmrc ./
COPY static static
RUN npm ci && npm run vendor

FROM python:3.11-slim
WORKDIR /pulse
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
COPY --from=assets /pulse/static/vendor static/vendor
RUN useradd --system pulse && install -d -o pulse -m 700 /data
USER pulse
VOLUME /data
ENV PULSE_ENV=production HOST=0.0.0.0 PORT=5000 INSTANCE_PATH=/data LOG_FORMAT=json PYTHONUNBUFFERED=1
EXPOSE 5000
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/api/health/\", timeout=5)"]
CMD ["python", "wsgi.py"]
