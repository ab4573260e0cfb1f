FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG RELEASE=
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.release=${RELEASE}" -o /out/winnow ./cmd/winnow
# Writable folders for the empty image, owned by its user.
RUN install -d -o 65532 -g 65532 /out/data && install -d -m 1777 /out/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/winnow /winnow
COPY --from=build /out/tmp /tmp
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
WORKDIR /data
VOLUME /data
ENV WINNOW_LISTEN=:8080 WINNOW_DATABASE=sqlite:/data/winnow.db
EXPOSE 8080
ENTRYPOINT ["/winnow"]
CMD ["serve"]
