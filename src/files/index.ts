/** The door of `strata-pg/files`: an application's files in S3-compatible object storage. */
export {
  type BucketRules,
  type FileRow,
  type FileRows,
  type Orphan,
  type OrphanOptions,
  type SignedPut,
  type SignGet,
  type SignPut,
  type Storage,
  StorageError,
  type StorageOptions,
  type StoredObject,
} from './model.ts';
export { createStorage } from './storage.ts';
