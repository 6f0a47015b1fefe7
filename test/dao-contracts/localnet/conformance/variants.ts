/**
 * Every error that the protocol has a name for, and why some of them cannot come up here. A case
 * says which it triggers (`Case.triggers`); what no case triggers has to stand among the absent.
 * Enums and variants are those of nearcore (core/primitives/src/errors.rs,
 * runtime/near-vm-runner/src/logic/errors.rs, and the causes of its JSON-RPC).
 */
export const variants: Readonly<Record<string, readonly string[]>> = {
  InvalidTxError: [
    ...['InvalidSignerId', 'SignerDoesNotExist', 'InvalidNonce', 'NonceTooLarge'],
    ...['InvalidReceiverId', 'InvalidSignature', 'NotEnoughBalance', 'LackBalanceForState'],
    ...['CostOverflow', 'InvalidChain', 'Expired', 'TransactionSizeExceeded'],
    ...['InvalidTransactionVersion', 'StorageError', 'ShardCongested', 'ShardStuck'],
  ],
  InvalidAccessKeyError: [
    ...['AccessKeyNotFound', 'ReceiverMismatch', 'MethodNameMismatch', 'RequiresFullAccess'],
    ...['NotEnoughAllowance', 'DepositWithFunctionCall'],
  ],
  ActionsValidationError: [
    ...['DeleteActionMustBeFinal', 'TotalPrepaidGasExceeded', 'TotalNumberOfActionsExceeded'],
    ...['AddKeyMethodNamesNumberOfBytesExceeded', 'AddKeyMethodNameLengthExceeded'],
    ...['IntegerOverflow', 'InvalidAccountId', 'ContractSizeExceeded', 'UnsuitableStakingKey'],
    ...['FunctionCallMethodNameLengthExceeded', 'FunctionCallArgumentsLengthExceeded'],
    ...['FunctionCallZeroAttachedGas', 'DelegateActionMustBeOnlyOne', 'UnsupportedProtocolFeature'],
    'TotalNumberOfDeployActionsExceeded',
  ],
  ActionErrorKind: [
    ...['AccountAlreadyExists', 'AccountDoesNotExist', 'CreateAccountOnlyByRegistrar'],
    ...['CreateAccountNotAllowed', 'ActorNoPermission', 'DeleteKeyDoesNotExist'],
    ...['AddKeyAlreadyExists', 'DeleteAccountStaking', 'LackBalanceForState', 'TriesToUnstake'],
    ...['TriesToStake', 'InsufficientStake', 'NewReceiptValidationError'],
    ...['OnlyImplicitAccountCreationAllowed', 'DeleteAccountWithLargeState'],
    ...['DelegateActionInvalidSignature', 'DelegateActionSenderDoesNotMatchTxReceiver'],
    ...['DelegateActionExpired', 'DelegateActionAccessKeyError', 'DelegateActionInvalidNonce'],
    ...['DelegateActionNonceTooLarge', 'GlobalContractDoesNotExist'],
  ],
  FunctionCallError: ['LinkError', 'WasmUnknownError', 'ExecutionError'],
  CompilationError: ['CodeDoesNotExist', 'WasmerCompileError'],
  MethodResolveError: ['MethodEmptyName', 'MethodNotFound', 'MethodInvalidSignature'],
  PrepareError: [
    ...['Serialization', 'Deserialization', 'InternalMemoryDeclared', 'GasInstrumentation'],
    ...['StackHeightInstrumentation', 'Instantiate', 'Memory', 'TooManyFunctions'],
    ...['TooManyLocals', 'TooManyTables', 'TooManyTableElements', 'FunctionBodyTooLarge'],
    ...['InstrumentedCodeTooLarge', 'TooManyBlocksPerFunction', 'TooManyBlocksPerContract'],
    ...['TooManyTypes', 'TooManyParamsPerFunction', 'TooManyParamsPerContract'],
  ],
  WasmTrap: [
    ...['Unreachable', 'IncorrectCallIndirectSignature', 'MemoryOutOfBounds', 'CallIndirectOOB'],
    ...['IllegalArithmetic', 'MisalignedAtomicAccess', 'IndirectCallToNull', 'StackOverflow'],
    'GenericTrap',
  ],
  HostError: [
    ...['BadUTF16', 'BadUTF8', 'GasExceeded', 'GasLimitExceeded', 'BalanceExceeded'],
    ...['EmptyMethodName', 'GuestPanic', 'IntegerOverflow', 'InvalidPromiseIndex'],
    ...['CannotAppendActionToJointPromise', 'CannotReturnJointPromise'],
    ...['InvalidPromiseResultIndex', 'InvalidRegisterId', 'IteratorWasInvalidated'],
    ...['MemoryAccessViolation', 'InvalidReceiptIndex', 'InvalidIteratorIndex'],
    ...['InvalidAccountId', 'InvalidMethodName', 'InvalidPublicKey', 'ProhibitedInView'],
    ...['NumberOfLogsExceeded', 'KeyLengthExceeded', 'ValueLengthExceeded'],
    ...['TotalLogLengthExceeded', 'NumberPromisesExceeded'],
    ...['NumberInputDataDependenciesExceeded', 'ReturnedValueLengthExceeded'],
    ...['ContractSizeExceeded', 'Deprecated', 'ECRecoverError', 'AltBn128InvalidInput'],
    ...['Ed25519VerifyInvalidInput', 'P256VerifyInvalidInput', 'DataIdMalformed'],
    ...['YieldPayloadLength', 'BLS12381InvalidInput', 'RecordedStorageExceeded'],
    ...['CannotSetRefundToOnJointPromise', 'ContractCodeHashMalformed'],
  ],
  RpcCause: [
    ...['UNKNOWN_BLOCK', 'UNKNOWN_ACCOUNT', 'INVALID_ACCOUNT', 'NO_CONTRACT_CODE'],
    ...['TOO_LARGE_CONTRACT_STATE', 'UNKNOWN_ACCESS_KEY', 'CONTRACT_EXECUTION_ERROR'],
    ...['UNKNOWN_CHUNK', 'INVALID_SHARD_ID', 'UNKNOWN_RECEIPT', 'UNKNOWN_TRANSACTION'],
    ...['INVALID_TRANSACTION', 'TIMEOUT_ERROR', 'NOT_CONFIRMED', 'UNKNOWN_TRANSACTION_OR_RECEIPT'],
    ...['PARSE_ERROR', 'METHOD_NOT_FOUND', 'INTERNAL_ERROR', 'NOT_SYNCED_YET', 'NO_SYNCED_BLOCKS'],
    ...['UNAVAILABLE_SHARD', 'UNKNOWN_EPOCH', 'GARBAGE_COLLECTED_BLOCK', 'NO_GLOBAL_CONTRACT_CODE'],
  ],
};

const noStake = 'nobody stakes: a stake is refused before it is an action';
const noIterators = 'the functions that iterate are gone from the protocol, and end as Deprecated';
const noGlobal = 'global contracts are refused by name when a transaction is read';
const oneShard = 'there is one shard, and it is always there';

/** What cannot come up, and why. */
export const absent: Readonly<Record<string, string>> = {
  'InvalidTxError.InvalidChain':
    'there are no forks; an unknown block is Expired, as on the network',
  'InvalidTxError.InvalidTransactionVersion': 'transactions of another version do not decode',
  'InvalidTxError.StorageError': 'a disk that fails stops the chain: LOCALNET_FAULT',
  'InvalidTxError.ShardStuck': 'the one shard never misses a chunk',
  'ActionsValidationError.IntegerOverflow': 'attached gas of more than 2^53 does not decode',
  'ActionsValidationError.ContractSizeExceeded':
    'a transaction of that size is TransactionSizeExceeded, and in a contract the host refuses',
  'ActionsValidationError.UnsuitableStakingKey': noStake,
  'ActionErrorKind.DeleteAccountStaking': noStake,
  'ActionErrorKind.TriesToUnstake': noStake,
  'ActionErrorKind.TriesToStake': noStake,
  'ActionErrorKind.InsufficientStake': noStake,
  'ActionErrorKind.GlobalContractDoesNotExist': noGlobal,
  'FunctionCallError.WasmUnknownError': 'every trap of the engine has a name',
  'CompilationError.WasmerCompileError': 'what V8 does not compile is Deserialization',
  'PrepareError.Serialization': 'the instrumented module is bytes already',
  'PrepareError.InternalMemoryDeclared': 'the protocol replaces a memory that a module declares',
  'PrepareError.GasInstrumentation':
    'metering has no limits but those that have names of their own',
  'PrepareError.StackHeightInstrumentation': 'see GasInstrumentation',
  'PrepareError.InstrumentedCodeTooLarge': 'metered code of ours is of another size',
  'WasmTrap.MisalignedAtomicAccess': 'there are no atomic instructions',
  'WasmTrap.CallIndirectOOB':
    'beyond the table is MemoryOutOfBounds, as nearcore has it of Wasmtime',
  'WasmTrap.StackOverflow': 'the counted stack ends first: MemoryAccessViolation',
  'WasmTrap.GenericTrap': 'every trap of the engine has a name',
  'HostError.IteratorWasInvalidated': noIterators,
  'HostError.InvalidIteratorIndex': noIterators,
  'HostError.InvalidReceiptIndex': 'no host function takes one',
  'HostError.ContractCodeHashMalformed': noGlobal,
  'RpcCause.INVALID_ACCOUNT': 'a name that is none is a PARSE_ERROR',
  'RpcCause.TIMEOUT_ERROR': 'after a minute, of what no block took in',
  'RpcCause.INTERNAL_ERROR': 'says a mistake of ours, or a chain that was stopped by a fault',
  'RpcCause.NOT_SYNCED_YET': 'there is nobody to sync with',
  'RpcCause.NO_SYNCED_BLOCKS': 'there is nobody to sync with',
  'RpcCause.UNAVAILABLE_SHARD': oneShard,
  'RpcCause.UNKNOWN_EPOCH': 'validators are those of the current epoch, whichever is asked for',
  'RpcCause.GARBAGE_COLLECTED_BLOCK': 'forgotten blocks are UNKNOWN_BLOCK',
  'RpcCause.NO_GLOBAL_CONTRACT_CODE': noGlobal,
};
