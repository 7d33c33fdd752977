export { type Announcer, createAnnouncer } from './announcer.ts';
export { type Api, createApi, createHandlers, type HostAnswers, type HostCalls } from './dispatch.ts';
export type { Handlers } from './handlers/deps.ts';
export { folderAssets, type Health } from './http-routes.ts';
export { type HttpServer, type HttpServerDeps, startHttpServer } from './http-server.ts';
export { createMediaReplies, type MediaReplies } from './media-replies.ts';
export type { SessionFile } from './sessions.ts';
export { type SocketServerDeps, startSocketServer } from './socket-server.ts';
