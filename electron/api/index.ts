export { type AnnouncementListener, type Announcer, createAnnouncer } from './announcer.ts';
export { type Api, createApi, createHandlers, type HostAnswers, type HostCalls } from './dispatch.ts';
export type { ApiDeps, Handlers } from './handlers/deps.ts';
export type { HttpLimits } from './http-listener.ts';
export { type Asset, type Assets, folderAssets, type Health } from './http-routes.ts';
export { type HttpServer, type HttpServerDeps, startHttpServer } from './http-server.ts';
export { createMediaReplies, type MediaReplies } from './media-replies.ts';
export { type SocketServer, type SocketServerDeps, startSocketServer } from './socket-server.ts';
