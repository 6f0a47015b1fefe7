/** `EXPERIMENTAL_protocol_config`: the protocol's numbers, as far as clients ask for them. */
import type { Chain } from '../runtime/chain.js';
import {
  accountBytes,
  fees,
  gasPriceYocto,
  limits,
  protocolVersion,
  recordExtraBytes,
  storageYoctoPerByte,
  wasmCosts,
  type Fee,
} from '../protocol/parameters.js';
import { epochLength } from '../runtime/block-header.js';

export function protocolConfig(chain: Chain): object {
  return {
    protocol_version: protocolVersion,
    genesis_time: new Date(Number(chain.genesis.timeNs / 1_000_000n)).toISOString(),
    chain_id: 'localnet',
    genesis_height: chain.genesis.height,
    num_block_producer_seats: 1,
    epoch_length: epochLength,
    gas_limit: limits.maxGasBurnt,
    min_gas_price: `${gasPriceYocto}`,
    max_gas_price: `${gasPriceYocto}`,
    minimum_stake_ratio: [1, 6250],
    transaction_validity_period: limits.transactionValidityBlocks,
    runtime_config: {
      storage_amount_per_byte: `${storageYoctoPerByte}`,
      transaction_costs: {
        action_receipt_creation_config: feeView(fees.actionReceipt),
        data_receipt_creation_config: {
          base_cost: feeView(fees.dataReceipt),
          cost_per_byte: feeView(fees.dataReceiptByte),
        },
        action_creation_config: {
          create_account_cost: feeView(fees.createAccount),
          deploy_contract_cost: feeView(fees.deployContract),
          deploy_contract_cost_per_byte: feeView(fees.deployContractByte),
          function_call_cost: feeView(fees.functionCall),
          function_call_cost_per_byte: feeView(fees.functionCallByte),
          transfer_cost: feeView(fees.transfer),
          stake_cost: feeView(fees.stake),
          add_key_cost: {
            full_access_cost: feeView(fees.addFullAccessKey),
            function_call_cost: feeView(fees.addFunctionCallKey),
            function_call_cost_per_byte: feeView(fees.addFunctionCallKeyByte),
          },
          delete_key_cost: feeView(fees.deleteKey),
          delete_account_cost: feeView(fees.deleteAccount),
          delegate_cost: feeView(fees.delegate),
        },
        storage_usage_config: {
          num_bytes_account: accountBytes,
          num_extra_bytes_record: recordExtraBytes,
        },
        burnt_gas_reward: [3, 10],
        pessimistic_gas_price_inflation_ratio: [1, 1],
      },
      wasm_config: {
        regular_op_cost: wasmCosts.instruction,
        limit_config: {
          max_gas_burnt: limits.maxGasBurnt,
          max_total_prepaid_gas: limits.maxTotalPrepaidGas,
          max_contract_size: limits.maxContractBytes,
          max_transaction_size: limits.maxTransactionBytes,
          max_arguments_length: limits.maxArgumentsBytes,
          max_length_storage_key: limits.maxStorageKeyBytes,
          max_length_storage_value: limits.maxStorageValueBytes,
        },
      },
      account_creation_config: {
        min_allowed_top_level_account_length: 65,
        registrar_account_id: 'registrar',
      },
    },
  };
}

function feeView({ local, remote, execution }: Fee): object {
  return { send_sir: local, send_not_sir: remote, execution };
}
