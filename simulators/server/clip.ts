import { gunzipSync } from 'node:zlib';

/**
 * A grey clip of 5 seconds in 720p, for vendors that write a video into a reply: that is made at once, and a drawing takes its
 * time. It plays as any other.
 */
const ZIPPED = [
  'H4sICKqlDGsCA2NsaXAtMTI4MC5tcDQA7Zg7b9NQFMePG1IEQqGtMliiEkGqGFgQFQMjkKqqWOhQMiEhk5s0VnNx',
  'ZV/MYyET7cgE36DiI8BeIaaqO0KiUChvSlveFHNuQv5YoXRDRXD+8tH9+V77nofv4kNEbtVcmtSThweJZUc/CjTj',
  'dDWsVGjL1XdHK88Q5fKVW71DiyKRSCQSiUQikUgk+h+1zD+I3d5Cno4MN+kh6BFoEfQY9AS0BHoKegZ6DnoBegl6',
  'BXoNegNaBr0FrYBWQWugd6D3oA+gj6BPoM+gL6CvoHXQN1ACegCS+kn9pH5/tH7bxnQQxDxT13FN2b7W0mBpP9sB',
  'cs5co+778+SQvX7K6WiEddwf3bxt1sXm+oGK7E1Po9HYTieTJLmSEGXumtCb4OnTZqIZi4NY2l5sPLS5/43iyVrH',
  'zTczSivfYyhotXG+p2abr+2rqXrY3iP2VWfHMbNH++eqDPlYt4JNLQ6o1lq/CivVVFi7zof1Qou77kXmbJ15KjKR',
  'Sj1zwYvLh36TGifCaYwwjLSfyJ0ojR08VioWigE7Hf+14G6S2HR416JznPYmC7RjnMeZxmj2tkPZ2pxzw4bkRsZE',
  'KbcXiXIzjGsc3uXUdnbe5XGn2D9r/fzNy6mzYM39MQ5EphzgNBLdJNrN56TnOlHvVaK++G/p0H8HwJX9IUIYAAA=',
].join('');

export const CLIP: Uint8Array = gunzipSync(Buffer.from(ZIPPED, 'base64'));
